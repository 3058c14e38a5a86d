package dev.virtferry.http;

import java.util.regex.Pattern;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.KeyDeserializer;

/**
 * A disk target as the name of a field. libvirt knows none with other characters, and brackets
 * among them would make Spring's validation lose its way.
 */
public final class TargetKey extends KeyDeserializer {

  private static final Pattern FORM = Pattern.compile("[0-9A-Za-z_:.-]*");

  @Override
  public Object deserializeKey(String key, DeserializationContext context) {
    return FORM.matcher(key).matches()
        ? key
        : context.handleWeirdKey(String.class, key, "It is no disk target");
  }
}
