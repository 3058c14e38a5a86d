package dev.virtferry.migration.web;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The migration whose id is in the address, as it is now; a {@link
 * dev.virtferry.migration.MigrationSnapshot}. One that the caller may not see is not there.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    name = "id",
    in = ParameterIn.PATH,
    required = true,
    schema = @Schema(type = "string", format = "uuid"))
@interface OwnMigration {}
