package dev.virtferry.access;

import java.util.List;

/** What was done by whom; nothing is taken away. A port, so that SQL stays out. */
public interface AuditLog {

  void add(AuditEntry entry);

  /** Writes anew how many calls an entry stands for and until when, or adds it. */
  void grow(AuditEntry entry);

  /** Newest first. */
  List<AuditEntry> list(AuditQuery query);
}
