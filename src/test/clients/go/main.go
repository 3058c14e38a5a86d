// Moves a guest with the generated client and waits for the end; first it asks for a disk that the guest does not have, to
// show a refusal. Takes the service's address, a token, the guest, the destination and a disk.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	ferry "example.com/virt-ferry/client"
)

func refusal(ctx context.Context, client *ferry.APIClient, domain, destUri string) string {
	request := ferry.NewMigrationRequest(domain, destUri)
	request.Disks = []string{"nonesuch"}
	_, _, err := client.MigrationsAPI.StartMigration(ctx).MigrationRequest(*request).Execute()
	var refused *ferry.GenericOpenAPIError
	if !errors.As(err, &refused) {
		return "not refused"
	}
	problem, ok := refused.Model().(ferry.Problem)
	if !ok {
		return string(refused.Body())
	}
	return problem.Type + " " + problem.Errors[0].Pointer
}

func ended(migration *ferry.Migration) bool {
	return migration.State == "SUCCEEDED" || migration.State == "FAILED" || migration.State == "CANCELLED"
}

func moved(ctx context.Context, client *ferry.APIClient, domain, destUri, disk string) (*ferry.Migration, error) {
	request := ferry.NewMigrationRequest(domain, destUri)
	request.Disks = []string{disk}
	key := strconv.FormatInt(time.Now().UnixNano(), 36)
	migration, _, err := client.MigrationsAPI.StartMigration(ctx).MigrationRequest(*request).IdempotencyKey(key).Execute()
	if err != nil {
		return nil, err
	}
	etag := ""
	for !ended(migration) {
		read := client.MigrationsAPI.GetMigration(ctx, migration.Id).Prefer("wait=30").IfNoneMatch(etag)
		news, response, err := read.Execute()
		if response != nil && response.StatusCode == http.StatusNotModified {
			continue
		}
		if err != nil {
			return nil, err
		}
		migration, etag = news, response.Header.Get("ETag")
	}
	return migration, nil
}

func main() {
	address, token, domain, destUri, disk := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	configuration := ferry.NewConfiguration()
	configuration.Servers = ferry.ServerConfigurations{{URL: address}}
	client := ferry.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), ferry.ContextAccessToken, token)

	fmt.Println(refusal(ctx, client, domain, destUri))
	migration, err := moved(ctx, client, domain, destUri, disk)
	if err != nil {
		log.Fatal(err)
	}
	for _, copied := range migration.Disks {
		fmt.Println(copied.Target, copied.State)
	}
	fmt.Println(migration.State)
}
