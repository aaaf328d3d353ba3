/** A Spring Boot service that embeds and generates: the library as a bean. */
package org.betavae.samples.service;
