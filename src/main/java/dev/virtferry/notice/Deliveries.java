package dev.virtferry.notice;

import java.util.List;
import java.util.UUID;

/**
 * What is told to callbacks. A port: it is kept where the migrations are, and written with them.
 */
public interface Deliveries {

  /** Those of a migration, oldest first. */
  List<Delivery> of(UUID migration);
}
