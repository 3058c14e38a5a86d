/** Benchmarks on played hosts: what the service itself costs. Run by lab/bench. */
@NullMarked
package dev.virtferry.bench;

import org.jspecify.annotations.NullMarked;
