package dev.virtferry.access;

import java.util.Arrays;
import java.util.List;

/** What a caller may do; each role includes the ones before it. */
public enum Role {
  /** Reads, and plans. */
  VIEWER,
  /** Starts, cancels and steers migrations. */
  OPERATOR,
  /** Everything: ends migrations by hand, reads the audit. */
  ADMIN;

  /** This role and those that it includes. */
  List<Role> included() {
    return Arrays.stream(values()).filter(role -> role.compareTo(this) <= 0).toList();
  }
}
