package dev.virtferry.migration.options;

import static dev.virtferry.problem.ProblemType.OPTION_NOT_SUPPORTED;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.virtferry.problem.Problem;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a migration is tuned, by subject. In JSON, stored and shown, all options stand in one object,
 * in the order of these groups.
 */
public record MigrationOptions(
    @JsonUnwrapped Rates rates,
    @JsonUnwrapped MemoryOptions memory,
    @JsonUnwrapped Encryption encryption,
    @JsonUnwrapped DomainOptions domain,
    @JsonUnwrapped Listening listening,
    @JsonUnwrapped StorageOptions storage,
    @JsonUnwrapped Switchover switchover) {

  /** The choice is all libvirt's. */
  public static final MigrationOptions NONE =
      new MigrationOptions(
          Rates.NONE,
          MemoryOptions.NONE,
          Encryption.NONE,
          DomainOptions.NONE,
          Listening.NONE,
          StorageOptions.NONE,
          Switchover.NONE);

  /** A problem of one option. */
  public static Problem refusal(String option, String detail) {
    return Problem.at("#/options/" + option, OPTION_NOT_SUPPORTED, detail);
  }

  /** What does not go together; first what excludes each other, then what lacks another option. */
  public List<Problem> problems() {
    // In the order in which clients have been told of them.
    List<OptionGroup> groups =
        List.of(switchover, rates, domain, encryption, memory, listening, storage);
    return Stream.concat(
            groups.stream().flatMap(group -> group.excluded(this).stream()),
            groups.stream().flatMap(group -> group.incomplete(this).stream()))
        .toList();
  }

  /** The same for who is not told the name that the domain gets. */
  public MigrationOptions withoutDestinationName() {
    return with(rates, domain.withoutName());
  }

  /** The same with what depends on the domain decided. */
  public MigrationOptions decidedFor(boolean persistentAtSource) {
    return with(rates, domain.decidedFor(persistentAtSource));
  }

  /** Whether the destination keeps a definition of a domain of which the source has one, or not. */
  public boolean persists(boolean persistentAtSource) {
    return domain.kept(persistentAtSource);
  }

  /** Whether the source drops its definition. */
  public boolean undefinesSource(boolean persistentAtSource) {
    return domain.dropped(persistentAtSource);
  }

  public MigrationOptions retuned(OptionsPatch wish) {
    return with(rates.retuned(wish), domain);
  }

  private MigrationOptions with(Rates rates, DomainOptions domain) {
    return new MigrationOptions(rates, memory, encryption, domain, listening, storage, switchover);
  }
}
