package dev.virtferry.migration.store;

import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerCustomizer;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerProperties;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.virtferry.notice.Attempt;
import dev.virtferry.notice.Message;
import dev.virtferry.notice.WebhookProperties;
import dev.virtferry.notice.Webhooks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The scheduler's task that tells callbacks: one execution for each delivery, named by its id. */
@Configuration(proxyBeanMethods = false)
class WebhookTask {

  static final TaskDescriptor<Void> TASK = TaskDescriptor.of("webhook");

  /** After an error of our own. */
  private static final Duration SOON = Duration.ofSeconds(1);

  /** With lock-and-fetch, more of them keep what was admitted from its beginning. */
  private static final int WAITING_FOR_A_PERSON = 1_000;

  /** The outbox is looked up late: it needs the scheduler, and that needs its tasks. */
  @Bean
  Task<Void> deliverWebhooks(ObjectProvider<WebhookOutbox> outbox, Webhooks webhooks, Clock clock) {
    return Tasks.custom(TASK)
        .onFailure(new FailureHandler.OnFailureRetryLater<>(SOON))
        .onDeadExecutionRevive()
        .execute((instance, _) ->
            deliver(outbox.getObject(), webhooks, clock, UUID.fromString(instance.getId())));
  }

  private static CompletionHandler<Void> deliver(
      WebhookOutbox outbox, Webhooks webhooks, Clock clock, UUID id) {
    Optional<Message> message = outbox.pending(id);
    if (message.isEmpty()) {
      return new CompletionHandler.OnCompleteRemove<>();
    }
    try {
      Optional<Attempt> attempt = webhooks.tell(message.get());
      if (attempt.isEmpty()) {
        Instant turn = webhooks.turn(message.get());
        outbox.postpone(id, turn);
        return again(turn);
      }
      return outbox
          .tried(message.get(), attempt.get())
          .map(WebhookTask::again)
          .orElseGet(CompletionHandler.OnCompleteRemove::new);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return again(clock.instant());
    }
  }

  private static CompletionHandler<Void> again(Instant at) {
    return (complete, operations) -> operations.reschedule(complete, at);
  }

  /**
   * A run holds a thread for as long as its migration lasts, and one that waits for a person holds
   * no slot: nobody is carried or told later for that.
   */
  @Bean
  static BeanPostProcessor threadsBesideThoseOfRuns(
      ObjectProvider<AdmissionProperties> limits, ObjectProvider<WebhookProperties> webhooks) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof DbSchedulerProperties scheduler) {
          scheduler.setThreads(
              limits.getObject().total()
                  + WAITING_FOR_A_PERSON
                  + Webhooks.atATime(webhooks.getObject()));
        }
        return bean;
      }
    };
  }

  /** Threads are made when they are needed, and end when they are not. */
  @Bean
  static DbSchedulerCustomizer threadsOnDemand() {
    return new DbSchedulerCustomizer() {
      @Override
      public Optional<ExecutorService> executorService() {
        return Optional.of(
            Executors.newCachedThreadPool(Thread.ofPlatform().name("db-scheduler-", 0).factory()));
      }
    };
  }
}
