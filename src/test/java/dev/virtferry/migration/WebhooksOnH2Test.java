package dev.virtferry.migration;

import dev.virtferry.BesideOthers;

@BesideOthers
class WebhooksOnH2Test extends WebhooksContract {}
