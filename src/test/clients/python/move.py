"""Moves a guest with the generated client and waits for the end; first it asks for a disk that the guest does not have, to
show a refusal. Takes the service's address, a token, the guest, the destination and a disk."""

import sys
import uuid

import virt_ferry

ENDS = ("SUCCEEDED", "FAILED", "CANCELLED")


def refusal(migrations, domain, dest_uri):
    try:
        migrations.start_migration(
            virt_ferry.MigrationRequest(domain=domain, dest_uri=dest_uri, disks=["nonesuch"])
        )
        return "not refused"
    except virt_ferry.ApiException as refused:
        problem = virt_ferry.Problem.from_json(refused.body)
        return f"{problem.type} {problem.errors[0].pointer}"


def header(answer, name):
    """Their names have no case, and a proxy may change it."""
    return next(value for key, value in answer.headers.items() if key.lower() == name)


def moved(migrations, domain, dest_uri, disk):
    migration = migrations.start_migration(
        virt_ferry.MigrationRequest(domain=domain, dest_uri=dest_uri, disks=[disk]),
        idempotency_key=str(uuid.uuid4()),
    )
    etag = None
    while migration.state not in ENDS:
        try:
            news = migrations.get_migration_with_http_info(migration.id, prefer="wait=30", if_none_match=etag)
        except virt_ferry.ApiException as unchanged:
            if unchanged.status != 304:
                raise
            continue
        migration, etag = news.data, header(news, "etag")
    return migration


def main(address, token, domain, dest_uri, disk):
    configuration = virt_ferry.Configuration(host=address, access_token=token)
    with virt_ferry.ApiClient(configuration) as client:
        migrations = virt_ferry.MigrationsApi(client)
        print(refusal(migrations, domain, dest_uri))
        migration = moved(migrations, domain, dest_uri, disk)
        for copied in migration.disks:
            print(copied.target, copied.state)
        print(migration.state)


main(*sys.argv[1:])
