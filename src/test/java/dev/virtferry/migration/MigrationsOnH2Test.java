package dev.virtferry.migration;

class MigrationsOnH2Test extends MigrationsContract {}
