import dev.virtferry.client.ApiClient;
import dev.virtferry.client.ApiException;
import dev.virtferry.client.ApiResponse;
import dev.virtferry.client.JSON;
import dev.virtferry.client.api.MigrationsApi;
import dev.virtferry.client.model.DiskProgress;
import dev.virtferry.client.model.Migration;
import dev.virtferry.client.model.MigrationRequest;
import dev.virtferry.client.model.Problem;
import java.util.List;
import java.util.UUID;

/**
 * Moves a guest with the generated client and waits for the end; first it asks for a disk that the
 * guest does not have, to show a refusal.
 */
public final class Move {

  private static final List<Migration.StateEnum> ENDS =
      List.of(
          Migration.StateEnum.SUCCEEDED, Migration.StateEnum.FAILED, Migration.StateEnum.CANCELLED);

  private Move() {}

  /** Takes the service's address, a token, the guest, the destination and a disk. */
  public static void main(String[] arguments) throws Exception {
    var client = new ApiClient();
    client.updateBaseUri(arguments[0]);
    client.setRequestInterceptor(call -> call.header("Authorization", "Bearer " + arguments[1]));
    var migrations = new MigrationsApi(client);
    var order = new MigrationRequest().domain(arguments[2]).destUri(arguments[3]);

    try {
      migrations.startMigration(order.disks(List.of("nonesuch")), null);
    } catch (ApiException refused) {
      var problem =
          JSON.getDefault().getMapper().readValue(refused.getResponseBody(), Problem.class);
      System.out.println(problem.getType() + " " + problem.getErrors().get(0).getPointer());
    }

    String key = UUID.randomUUID().toString();
    Migration migration = migrations.startMigration(order.disks(List.of(arguments[4])), key);
    String etag = "";
    while (!ENDS.contains(migration.getState())) {
      try {
        ApiResponse<Migration> news =
            migrations.getMigrationWithHttpInfo(migration.getId(), "wait=30", etag);
        migration = news.getData();
        etag = news.getHeaders().get("etag").get(0);
      } catch (ApiException unchanged) {
        if (unchanged.getCode() != 304) {
          throw unchanged;
        }
      }
    }
    for (DiskProgress disk : migration.getDisks()) {
      System.out.println(disk.getTarget() + " " + disk.getState());
    }
    System.out.println(migration.getState());
  }
}
