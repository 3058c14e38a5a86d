package dev.virtferry.access.web;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How much one caller may ask of a replica.
 *
 * @param reads calls a second that only read
 * @param writes all other calls a second
 * @param failures calls a second from one address that no valid token came with
 * @param openCalls calls of one caller at a time whose answers it has not read to their end; those
 *     that wait for news are counted elsewhere
 * @param maxBody of a request
 * @param maxRequestTime from the first byte of a request to its last
 * @param maxAnswerTime from the last byte of a request to the last of its answer; not for a client
 *     that waits for news
 */
@Validated
@ConfigurationProperties("ferry.rate")
public record RateProperties(
    @DefaultValue("100") @Min(1) int reads,
    @DefaultValue("20") @Min(1) int writes,
    @DefaultValue("10") @Min(1) int failures,
    @DefaultValue("32") @Min(1) int openCalls,
    @DefaultValue("256KB") DataSize maxBody,
    @DefaultValue("20s") @DurationMin(seconds = 1) Duration maxRequestTime,
    @DefaultValue("2m") @DurationMin(seconds = 1) Duration maxAnswerTime) {}
