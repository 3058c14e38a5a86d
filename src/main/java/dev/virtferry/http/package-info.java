/** What every controller shares: problems, strict JSON, the description. */
@NullMarked
package dev.virtferry.http;

import org.jspecify.annotations.NullMarked;
