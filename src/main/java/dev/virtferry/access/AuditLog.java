package dev.virtferry.access;

import java.util.List;

/** What was done by whom; only ever added to. A port, so that SQL stays out. */
public interface AuditLog {

  void add(AuditEntry entry);

  /** Newest first. */
  List<AuditEntry> list(AuditQuery query);
}
