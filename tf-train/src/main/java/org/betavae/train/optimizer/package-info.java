/** Update rules for the weights. */
package org.betavae.train.optimizer;
