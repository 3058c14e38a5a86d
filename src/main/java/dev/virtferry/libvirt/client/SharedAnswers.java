package dev.virtferry.libvirt.client;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shares one answer among all who ask the same while it is being asked already: they wait for the
 * end of that, and then one of them asks for all. So no answer is older than its question, and ten
 * who ask at a time cost what two do.
 *
 * @param <K> what names a question
 * @param <V> its answers
 */
final class SharedAnswers<K, V> {

  /**
   * The answers to one question.
   *
   * @param now is being asked for
   * @param next is what everybody waits for who came since; null while nobody did
   */
  private record Line<V>(CompletableFuture<V> now, @Nullable CompletableFuture<V> next) {

    Line<V> joined(CompletableFuture<V> answer) {
      return next == null ? new Line<>(now, answer) : this;
    }

    @Nullable Line<V> moved() {
      return next == null ? null : new Line<>(next, null);
    }
  }

  private final Map<K, Line<V>> lines = new ConcurrentHashMap<>();

  /** Asks, or waits for one who begins to ask after this call; fails as that does. */
  V ask(K key, Supplier<V> question) {
    var own = new CompletableFuture<V>();
    var joins = new AtomicBoolean();
    Line<V> line =
        lines.compute(
            key,
            (_, there) -> {
              joins.set(there != null && there.next() != null);
              return there == null ? new Line<>(own, null) : there.joined(own);
            });
    CompletableFuture<V> next = line.next();
    if (next != null && joins.get()) {
      return answered(next);
    }
    if (next != null) {
      line.now().handle((_, _) -> true).join();
    }
    return answer(key, own, question);
  }

  private V answer(K key, CompletableFuture<V> own, Supplier<V> question) {
    try {
      V found = question.get();
      move(key);
      own.complete(found);
      return found;
    } catch (RuntimeException | Error e) {
      move(key);
      own.completeExceptionally(e);
      throw e;
    }
  }

  /** Before the answer is there, so that nobody joins those whose question has begun. */
  private void move(K key) {
    lines.computeIfPresent(key, (_, there) -> there.moved());
  }

  private static <V> V answered(CompletableFuture<V> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** How many questions are being asked. */
  int questions() {
    return lines.size();
  }
}
