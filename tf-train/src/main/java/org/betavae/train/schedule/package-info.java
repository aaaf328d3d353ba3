/** Values that change as a run goes on. */
package org.betavae.train.schedule;
