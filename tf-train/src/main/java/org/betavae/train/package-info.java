/** Training of beta-VAEs on TensorFlow Java: settings, graph, trainer and run folder. */
package org.betavae.train;
