/** Encoder and decoder networks as lists of layers, and the weights they use. */
package org.betavae.train.network;
