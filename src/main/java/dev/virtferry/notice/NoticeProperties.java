package dev.virtferry.notice;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How clients that wait are told.
 *
 * @param interval between two looks for changes, while anybody waits
 * @param heartbeat between two signs of life to a client that nothing else is told
 * @param maxStreams clients that may wait on this replica at a time
 * @param maxStreamsPerCaller those of them that may have the same token
 */
@ConfigurationProperties("ferry.notice")
public record NoticeProperties(
    @DefaultValue("50ms") Duration interval,
    @DefaultValue("15s") Duration heartbeat,
    @DefaultValue("1000") int maxStreams,
    @DefaultValue("200") int maxStreamsPerCaller) {}
