/** Placeholder. */
package org.betavae.export;
