/** Placeholder. */
package org.betavae.cli;
