package dev.virtferry.migration.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.virtferry.access.Scope;
import dev.virtferry.migration.MigrationQuery;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of migrations. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record MigrationList(
    List<MigrationResponse> items,
    @Schema(description = "Leads to the next page; null on the last one.")
        @Nullable String nextCursor) {

  static MigrationList of(MigrationQuery.Page page, Scope scope) {
    return new MigrationList(
        page.items().stream().map(item -> MigrationResponse.of(item, scope)).toList(),
        page.next() == null ? null : new Cursor(page.next()).text());
  }
}
