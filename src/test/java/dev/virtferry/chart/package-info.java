/** The Helm chart, held to what Kubernetes, Prometheus and the service itself understand. */
@NullMarked
package dev.virtferry.chart;

import org.jspecify.annotations.NullMarked;
