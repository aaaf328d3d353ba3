/** JMH benchmarks of {@code org.betavae.infer}. */
package org.betavae.bench;
