package dev.virtferry.libvirt.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection with pointers to the domains that its host had, which finds out whether one of them
 * answers.
 *
 * <p>libvirt 9.0 waits for a domain that is locked with the list of all domains held, where
 * somebody looks it up: until that ends no guest arrives at the host, or leaves it. {@code
 * virDomainListGetStats}, which takes pointers, waits without the list.
 */
final class DomainSentry implements Sentries.Sentry {

  /** {@code VIR_DOMAIN_STATS_STATE}, for which no QEMU is asked. */
  private static final int STATS_STATE = 1;

  /** {@code VIR_UUID_STRING_BUFLEN}. */
  private static final int UUID_BUFFER = 37;

  private final LibvirtCalls calls;
  private final PooledConnect connect;
  private final Consumer<PooledConnect> giveBack;

  /** By their UUIDs and names. */
  private final Map<String, Pointer> domains;

  private DomainSentry(
      LibvirtCalls calls,
      PooledConnect connect,
      Consumer<PooledConnect> giveBack,
      Map<String, Pointer> domains) {
    this.calls = calls;
    this.connect = connect;
    this.giveBack = giveBack;
    this.domains = domains;
  }

  /**
   * Lists what there is ({@code virConnectListAllDomains}); waits for each that is locked, without
   * the list held.
   *
   * @throws LibvirtFailure when libvirt refuses
   */
  static DomainSentry on(
      PooledConnect connect, LibvirtCalls calls, Consumer<PooledConnect> giveBack) {
    var found = new PointerByReference();
    int count = calls.virConnectListAllDomains(connect.pointer(), found, 0);
    if (count < 0) {
      throw LibvirtErrors.last(calls);
    }
    Pointer list = found.getValue();
    Map<String, Pointer> domains = new HashMap<>();
    for (Pointer domain : list.getPointerArray(0, count)) {
      domains.putIfAbsent(calls.virDomainGetName(domain), domain);
      domains.put(uuid(domain, calls), domain);
    }
    Native.free(Pointer.nativeValue(list));
    return new DomainSentry(calls, connect, giveBack, domains);
  }

  private static String uuid(Pointer domain, LibvirtCalls calls) {
    var text = new byte[UUID_BUFFER];
    calls.virDomainGetUUIDString(domain, text);
    return new String(text, 0, UUID_BUFFER - 1, US_ASCII);
  }

  @Override
  public boolean alive() {
    return connect.alive();
  }

  @Override
  public boolean knows(String domain) {
    return domains.containsKey(domain);
  }

  @Override
  public void hear(String domain) {
    @Nullable Pointer known = domains.get(domain);
    if (known == null) {
      return;
    }
    var records = new PointerByReference();
    int count =
        calls.virDomainListGetStats(
            new @Nullable Pointer[] {known, null},
            STATS_STATE,
            records,
            NativeLibvirt.STATS_NOWAIT);
    if (count >= 0) {
      calls.virDomainStatsRecordListFree(records.getValue());
      return;
    }
    LibvirtFailure failure = LibvirtErrors.last(calls);
    if (failure.brokeTheConnection()) {
      connect.broke();
    }
    if (!failure.is(ErrorNumber.NO_DOMAIN)) {
      throw failure;
    }
  }

  @Override
  public void close() {
    domains.values().stream().distinct().forEach(calls::virDomainFree);
    giveBack.accept(connect);
  }
}
