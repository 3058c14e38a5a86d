package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.List;

/** Options of one subject, with the rules that they are held to beside those of others. */
sealed interface OptionGroup
    permits Rates, MemoryOptions, Encryption, DomainOptions, Listening, StorageOptions, Switchover {

  /** One problem for each option of this group that another one of {@code all} excludes. */
  default List<Problem> excluded(MigrationOptions all) {
    return List.of();
  }

  /** One problem for each option of this group that lacks another one in {@code all}. */
  default List<Problem> incomplete(MigrationOptions all) {
    return List.of();
  }
}
