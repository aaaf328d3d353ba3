/** The command {@code betavae}: the only place that parses arguments and words what a user sees. */
package org.betavae.cli;
