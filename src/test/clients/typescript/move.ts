// Moves a guest with the generated client and waits for the end; first it asks for a disk that the guest does not have, to
// show a refusal. Takes the service's address, a token, the guest, the destination and a disk.
import { Configuration, Migration, MigrationsApi, MigrationStateEnum, ProblemFromJSON, ResponseError } from './index';

declare const process: { argv: string[] };

const [basePath, accessToken, domain, destUri, disk] = process.argv.slice(2);
const migrations = new MigrationsApi(new Configuration({ basePath, accessToken }));
const ends: MigrationStateEnum[] = [MigrationStateEnum.Succeeded, MigrationStateEnum.Failed, MigrationStateEnum.Cancelled];

async function refusal(): Promise<string> {
  try {
    await migrations.startMigration({ migrationRequest: { domain, destUri, disks: ['nonesuch'] } });
    return 'not refused';
  } catch (refused) {
    if (!(refused instanceof ResponseError)) throw refused;
    const problem = ProblemFromJSON(await refused.response.json());
    return `${problem.type} ${problem.errors?.[0].pointer}`;
  }
}

async function moved(): Promise<Migration> {
  let migration = await migrations.startMigration({
    migrationRequest: { domain, destUri, disks: [disk] },
    idempotencyKey: crypto.randomUUID(),
  });
  let etag = '';
  while (!ends.includes(migration.state)) {
    try {
      const news = await migrations.getMigrationRaw({ id: migration.id, prefer: 'wait=30', ifNoneMatch: etag });
      migration = await news.value();
      etag = news.raw.headers.get('ETag') ?? '';
    } catch (unchanged) {
      if (!(unchanged instanceof ResponseError) || unchanged.response.status !== 304) throw unchanged;
    }
  }
  return migration;
}

async function main(): Promise<void> {
  console.log(await refusal());
  const migration = await moved();
  migration.disks.forEach((copied) => console.log(`${copied.target} ${copied.state}`));
  console.log(migration.state);
}

main();
