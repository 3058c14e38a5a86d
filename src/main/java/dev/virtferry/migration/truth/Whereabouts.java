package dev.virtferry.migration.truth;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.DomainLocation;

/**
 * Where a guest is while no job of virt-ferry has run: at its source, unless others stopped it or
 * moved it meanwhile.
 */
final class Whereabouts {

  private Whereabouts() {}

  static DomainLocation of(HostReading source, HostReading destination) {
    return switch (source) {
      case HostReading.Unreachable _ -> DomainLocation.UNKNOWN;
      case HostReading.Seen(DomainCondition here) -> of(here.state(), destination);
    };
  }

  private static DomainLocation of(DomainState here, HostReading destination) {
    return switch (AtSource.of(here)) {
      case RUNNING, PAUSED, PAUSED_BY_MIGRATION -> besides(destination);
      case ARRIVING ->
          here == DomainState.RUNNING_POSTCOPY ? DomainLocation.SOURCE : elsewhere(destination);
      case POST_COPY, POST_COPY_FAILED, ENDING, CRASHED, LEFT, SAVED, STOPPED, ABSENT ->
          elsewhere(destination);
      case UNKNOWN -> DomainLocation.UNKNOWN;
    };
  }

  /** The source has it. */
  private static DomainLocation besides(HostReading destination) {
    return switch (destination) {
      case HostReading.Unreachable _ -> DomainLocation.SOURCE;
      case HostReading.Seen(DomainCondition there) ->
          switch (AtDestination.of(there.state())) {
            case ARRIVED, RUNNING, STARTED, RUNNING_SOMEHOW, PAUSED, HELD -> DomainLocation.BOTH;
            case POST_COPY,
                POST_COPY_FAILED,
                WAITING,
                ENDING,
                STOPPED,
                FAILED,
                LEFT,
                ABSENT,
                UNKNOWN ->
                DomainLocation.SOURCE;
          };
    };
  }

  /** The source does not have it. */
  private static DomainLocation elsewhere(HostReading destination) {
    return switch (destination) {
      case HostReading.Unreachable _ -> DomainLocation.UNKNOWN;
      case HostReading.Seen(DomainCondition there) ->
          switch (AtDestination.of(there.state())) {
            case ARRIVED, RUNNING, STARTED, RUNNING_SOMEHOW, POST_COPY, PAUSED, HELD ->
                DomainLocation.DESTINATION;
            case POST_COPY_FAILED, WAITING, ENDING, STOPPED, FAILED, LEFT, ABSENT ->
                DomainLocation.NEITHER;
            case UNKNOWN -> DomainLocation.UNKNOWN;
          };
    };
  }
}
