/**
 * An HTTP service that embeds, generates and reconstructs with exported models, and its web page.
 *
 * <p>{@link org.betavae.serve.BetaVaeServer} is the whole of it, set up by {@link
 * org.betavae.serve.ServeOptions}. A request passes through these, in this order:
 *
 * <ol>
 *   <li>{@code RequestLog}: counts and times every request, whatever becomes of it.
 *   <li>{@code Admission}: bearer token, rate, and how many may be under way.
 *   <li>{@code BodyReader}: reads the whole body without holding a thread, within limits of size
 *       and time, so that slow clients cost no more than a connection.
 *   <li>{@code Api}: finds the endpoint, which leases a model for the length of the call.
 * </ol>
 *
 * All that goes wrong is answered by a {@code Problem}, in the words of the library where it spoke.
 */
package org.betavae.serve;
