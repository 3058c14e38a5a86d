package dev.virtferry.libvirt;

import dev.virtferry.libvirt.StorageVolume.Timestamps;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Pools and volumes in memory; a host without pools is one that nobody can look into. */
public final class FakeStorage implements Storage {

  private final Map<String, List<StoragePool>> pools = new ConcurrentHashMap<>();
  private final Map<String, StorageVolume> volumes = new ConcurrentHashMap<>();
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
  private final Map<String, StorageVolume> unseen = new ConcurrentHashMap<>();
  private final List<String> refreshes = new CopyOnWriteArrayList<>();
  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();
  private final Set<String> hidden = ConcurrentHashMap.newKeySet();
  private final Set<String> unlistable = ConcurrentHashMap.newKeySet();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
  private final Set<String> written = ConcurrentHashMap.newKeySet();
  private final AtomicLong writes = new AtomicLong();
  private final Map<String, Runnable> whileRead = new ConcurrentHashMap<>();
  private final List<String> reads = new CopyOnWriteArrayList<>();
  private final List<String> deeds = new CopyOnWriteArrayList<>();
  private volatile @Nullable LibvirtFailure refusal;
  private final Set<String> unreachable = ConcurrentHashMap.newKeySet();
  private volatile boolean away;
  private volatile Runnable beforeCreating = () -> {};
  private volatile Runnable afterCreating = () -> {};
  private volatile Runnable afterShrinking = () -> {};

  public void reset() {
    pools.clear();
    volumes.clear();
    contents.clear();
    unlistable.clear();
    unreadable.clear();
    unseen.clear();
    refreshes.clear();
    broken.clear();
    silent.clear();
    hidden.clear();
    written.clear();
    whileRead.clear();
    reads.clear();
    deeds.clear();
    refusal = null;
    away = false;
    unreachable.clear();
    beforeCreating = () -> {};
    afterCreating = () -> {};
    afterShrinking = () -> {};
  }

  public void pool(String host, StoragePool pool) {
    pools.computeIfAbsent(host, _ -> new CopyOnWriteArrayList<>()).add(pool);
  }

  /** The host's pools are stopped. */
  public void withoutPools(String host) {
    pools.remove(host);
  }

  /** A pool of the host is stopped, and stays defined. */
  public void stop(String host, String pool) {
    pools.computeIfPresent(
        host, (_, all) -> copied(all, p -> p.name().equals(pool) ? p.stopped() : p));
  }

  public void volume(String host, StorageVolume volume) {
    volumes.put(key(host, volume.pool(), volume.name()), volume);
  }

  /** From now on nothing can be made or deleted. */
  public void refuse(LibvirtFailure failure) {
    refusal = failure;
  }

  /** What somebody else does right before a volume is made. */
  public void beforeCreating(Runnable deed) {
    beforeCreating = deed;
  }

  /** What somebody does once while a volume is read. */
  public void whileReading(String host, String pool, String name, Runnable deed) {
    whileRead.put(key(host, pool, name), deed);
  }

  /** What happens once when a volume has been made, before anybody hears of it. */
  public void afterCreating(Runnable deed) {
    afterCreating =
        () -> {
          afterCreating = () -> {};
          deed.run();
        };
  }

  /** What happens once when a volume has got the size that it is to have. */
  public void afterShrinking(Runnable deed) {
    afterShrinking =
        () -> {
          afterShrinking = () -> {};
          deed.run();
        };
  }

  /** Whether every host is unreachable. */
  public void away(boolean away) {
    this.away = away;
  }

  /** The storage of that host is unreachable from now on. */
  public void cutOff(String host) {
    unreachable.add(host);
  }

  /** What was made and deleted, such as {@code made kvm-b/images/vda.raw}. */
  public List<String> deeds() {
    return List.copyOf(deeds);
  }

  @Override
  public List<StoragePool> allPools(HostAddress host) {
    if (hidden.contains(host.name())) {
      throw LibvirtFailure.ofSilentPool("", host.name());
    }
    return List.copyOf(pools.getOrDefault(host.name(), List.of()));
  }

  @Override
  public Optional<StorageVolume> volume(HostAddress host, String pool, String name) {
    refuseIfSilent(host, pool);
    String key = key(host.name(), pool, name);
    return Optional.ofNullable(volumes.get(key)).map(volume -> now(key, volume));
  }

  /** From now on somebody writes into the volume all the time. */
  public void keepWriting(String host, String pool, String name) {
    written.add(key(host, pool, name));
  }

  private StorageVolume now(String key, StorageVolume volume) {
    if (!written.contains(key)) {
      return volume;
    }
    Instant time = Instant.ofEpochSecond(writes.incrementAndGet());
    return new StorageVolume(
        volume.pool(),
        volume.name(),
        volume.path(),
        volume.format(),
        volume.capacityBytes(),
        volume.allocationBytes(),
        volume.fileBytes(),
        volume.layout(),
        volume.permissions(),
        volume.encrypted(),
        volume.backing(),
        new Timestamps(time, time));
  }

  @Override
  public boolean stands(HostAddress host, String pool, String name) {
    return volume(host, pool, name).isPresent();
  }

  @Override
  public List<StorageVolume> volumes(HostAddress host, String pool) {
    refuseIfSilent(host, pool);
    if (unlistable.contains(host.name() + "/" + pool)) {
      throw tooMany();
    }
    return volumes.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(host.name() + "/" + pool + "/"))
        .map(entry -> now(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public Optional<String> readAnew(HostAddress host, String pool) {
    refuseIfSilent(host, pool);
    if (unlistable.contains(host.name() + "/" + pool)) {
      return Optional.of(
          "Pool %s of %s is not read anew: %s.".formatted(pool, host.name(), tooMany().message()));
    }
    if (broken.contains(host.name() + "/" + pool)) {
      return Optional.of("Pool %s of %s is not read anew: played.".formatted(pool, host.name()));
    }
    refreshes.add(host.name() + "/" + pool);
    volumes.putAll(unseen);
    unseen.clear();
    return Optional.empty();
  }

  /** A volume that somebody put there by hand: no pool knows it before it is read anew. */
  public void byHand(String host, StorageVolume volume) {
    unseen.put(key(host, volume.pool(), volume.name()), volume);
  }

  /** Which pools were read anew, such as {@code kvm-b/images}, each time. */
  public List<String> refreshes() {
    return List.copyOf(refreshes);
  }

  /** From now on the pool can't be read anew, and answers. */
  public void breakPool(String host, String pool) {
    broken.add(host + "/" + pool);
  }

  /** From now on the pool has more volumes than libvirt lists; each is found by its name. */
  public void refuseToList(String host, String pool) {
    unlistable.add(host + "/" + pool);
  }

  private static LibvirtFailure tooMany() {
    return new LibvirtFailure(
        39, 7, "too many remote strings: 20000 > 16384, in parameter 'names' for 'played'");
  }

  /** From now on the pool answers nothing; its host does. */
  public void hang(String host, String pool) {
    silent.add(host + "/" + pool);
    pools.computeIfPresent(
        host, (_, all) -> copied(all, p -> p.name().equals(pool) ? p.silent() : p));
  }

  private static List<StoragePool> copied(List<StoragePool> all, UnaryOperator<StoragePool> how) {
    return new CopyOnWriteArrayList<>(all.stream().map(how).toList());
  }

  /** Nothing was known of its pools before one began to hang. */
  public void hideWhatHangs(String host) {
    hidden.add(host);
  }

  private void refuseIfSilent(HostAddress host, String pool) {
    if (silent.contains(host.name() + "/" + pool)) {
      throw LibvirtFailure.ofSilentPool(pool, host.name());
    }
  }

  /** Somebody deletes a volume behind our back. */
  public void vanish(String host, String pool, String name) {
    volumes.remove(key(host, pool, name));
  }

  @Override
  public StorageVolume create(HostAddress host, VolumeSpec spec) {
    refuseIfTold(host);
    beforeCreating.run();
    if (volume(host, spec.pool(), spec.name()).isPresent()) {
      throw new LibvirtFailure(90, 18, "storage volume name already in use");
    }
    String path =
        pools(host).stream()
            .filter(p -> p.name().equals(spec.pool()))
            .findFirst()
            .orElseThrow()
            .path();
    var made =
        new StorageVolume(
            spec.pool(),
            spec.name(),
            path + "/" + spec.name(),
            spec.format(),
            spec.capacityBytes(),
            0,
            spec.format().equals("raw") ? spec.capacityBytes() : 0,
            spec.layout(),
            spec.permissions(),
            false,
            spec.backing(),
            null);
    volume(host.name(), made);
    deeds.add("made " + key(host.name(), spec.pool(), spec.name()));
    afterCreating.run();
    return made;
  }

  @Override
  public void shrink(HostAddress host, String pool, String name, long capacityBytes) {
    refuseIfTold(host);
    StorageVolume whole = volume(host, pool, name).orElseThrow();
    assert whole.capacityBytes() > capacityBytes;
    volume(
        host.name(),
        new StorageVolume(
            pool,
            name,
            whole.path(),
            whole.format(),
            capacityBytes,
            whole.allocationBytes(),
            Math.min(whole.fileBytes(), capacityBytes),
            whole.layout(),
            whole.permissions(),
            whole.encrypted(),
            whole.backing(),
            whole.timestamps()));
    afterShrinking.run();
  }

  /** What the bytes of a volume are; without this they are all zero. */
  public void content(String host, String pool, String name, byte[] bytes) {
    contents.put(key(host, pool, name), bytes);
  }

  /** From now on the bytes of a volume can't be read. */
  public void unreadable(String host, String pool, String name) {
    unreadable.add(key(host, pool, name));
  }

  /** Of which volumes a piece was read, such as {@code kvm-b/images/vda.raw}. */
  public List<String> reads() {
    return List.copyOf(reads);
  }

  @Override
  public byte[] read(HostAddress host, String pool, String name, long offset, int length) {
    String key = key(host.name(), pool, name);
    reads.add(key);
    if (unreadable.contains(key)) {
      throw new LibvirtFailure(38, 38, "played");
    }
    var into = new byte[length];
    try (VolumeReader reader = open(host, pool, name)) {
      reader.read(offset, into);
    }
    return into;
  }

  @Override
  public boolean readsAsZeroes(HostAddress host, String pool, String name) {
    byte[] bytes = contents.getOrDefault(key(host.name(), pool, name), new byte[0]);
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  @Override
  public VolumeReader open(HostAddress host, String pool, String name) {
    byte[] bytes = contents.getOrDefault(key(host.name(), pool, name), new byte[0]);
    return new VolumeReader() {
      @Override
      public void read(long offset, byte[] into) {
        Optional.ofNullable(whileRead.remove(key(host.name(), pool, name)))
            .ifPresent(Runnable::run);
        Arrays.fill(into, (byte) 0);
        if (offset < bytes.length) {
          int length = (int) Math.min(into.length, bytes.length - offset);
          System.arraycopy(bytes, (int) offset, into, 0, length);
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void delete(HostAddress host, String pool, String name) {
    refuseIfTold(host);
    volumes.remove(key(host.name(), pool, name));
    deeds.add("deleted " + key(host.name(), pool, name));
  }

  private void refuseIfTold(HostAddress host) {
    if (away || unreachable.contains(host.name())) {
      throw new HostUnreachable(host.name(), "played");
    }
    LibvirtFailure told = refusal;
    if (told != null) {
      throw told;
    }
  }

  private static String key(String host, String pool, String name) {
    return host + "/" + pool + "/" + name;
  }
}
