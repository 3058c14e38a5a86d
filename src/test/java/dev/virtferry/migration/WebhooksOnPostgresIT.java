package dev.virtferry.migration;

import org.junit.jupiter.api.Order;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;

/** On a real PostgreSQL server. */
@Order(1)
@Import(PostgresServer.class)
@DirtiesContext
class WebhooksOnPostgresIT extends WebhooksContract {}
