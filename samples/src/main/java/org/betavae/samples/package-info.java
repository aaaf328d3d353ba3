/** Placeholder. */
package org.betavae.samples;
