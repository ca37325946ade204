/** What the gateway costs, and what it withstands: JMH benchmarks, and soaks with a load and faults. */
@NullMarked
package dev.gatehouse.benchmarks;

import org.jspecify.annotations.NullMarked;
