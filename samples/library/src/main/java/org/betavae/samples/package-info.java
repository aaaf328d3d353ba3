/** Small programs on the public API, to copy from. */
package org.betavae.samples;
