/** Placeholder. */
package org.betavae.train;
