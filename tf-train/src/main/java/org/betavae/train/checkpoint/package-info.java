/** Checkpoints: everything a run needs to go on, in one file each. */
package org.betavae.train.checkpoint;
