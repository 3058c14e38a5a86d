package dev.virtferry.migration.run;

/**
 * One migration on its way: what is written of it, its two hosts, and the images that are copied
 * from one to the other.
 */
record Passage(LeasedMigration migration, BothHosts hosts, CopiedImages images) {}
