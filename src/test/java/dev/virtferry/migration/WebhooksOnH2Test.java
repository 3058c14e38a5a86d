package dev.virtferry.migration;

class WebhooksOnH2Test extends WebhooksContract {}
