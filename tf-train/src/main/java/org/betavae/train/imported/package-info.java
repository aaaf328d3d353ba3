/** Encoders and decoders that others made, as graphs to be trained on. */
package org.betavae.train.imported;
