package dev.virtferry.libvirt;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An ordered, multi-valued associative array of typed parameters, immutable once built.
 *
 * <p>This is how libvirt is told several values of one kind: the name is repeated, once for each
 * value, and the order is kept. {@code migrate_disks} for vda and vdb is two parameters of the same
 * name, never one string with a comma in it. Only {@code virDomainMigrate3} and {@code
 * virDomainMigrateToURI3} accept such an array.
 */
public final class TypedParameters implements Iterable<TypedParameter> {

  private static final TypedParameters NONE = new TypedParameters(List.of());

  private final List<TypedParameter> parameters;

  private TypedParameters(List<TypedParameter> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  /** No parameter at all. */
  public static TypedParameters none() {
    return NONE;
  }

  public static TypedParameters of(List<TypedParameter> parameters) {
    return new TypedParameters(parameters);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The first value of that name, if there is one ({@code virTypedParamsGet}). */
  public Optional<TypedValue> get(String name) {
    return values(name).findFirst();
  }

  /** Every value of that name, in order; empty when the name is absent. */
  public List<TypedValue> getAll(String name) {
    return values(name).toList();
  }

  /** Only the parameters of that name, in order ({@code virTypedParamsFilter}). */
  public TypedParameters filter(String name) {
    return new TypedParameters(parameters.stream().filter(p -> p.name().equals(name)).toList());
  }

  public int size() {
    return parameters.size();
  }

  public boolean isEmpty() {
    return parameters.isEmpty();
  }

  public Stream<TypedParameter> stream() {
    return parameters.stream();
  }

  @Override
  public Iterator<TypedParameter> iterator() {
    return parameters.iterator();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TypedParameters that && parameters.equals(that.parameters);
  }

  @Override
  public int hashCode() {
    return parameters.hashCode();
  }

  @Override
  public String toString() {
    return parameters.toString();
  }

  private Stream<TypedValue> values(String name) {
    return parameters.stream().filter(p -> p.name().equals(name)).map(TypedParameter::value);
  }

  /** Collects parameters in the order in which they are added. */
  public static final class Builder {

    private final List<TypedParameter> parameters = new ArrayList<>();

    private Builder() {}

    public Builder add(String name, TypedValue value) {
      parameters.add(new TypedParameter(name, value));
      return this;
    }

    public Builder add(String name, String value) {
      return add(name, new TypedValue.Text(value));
    }

    /** One parameter for each value, all of the same name, in the order given. */
    public Builder addAll(String name, Iterable<String> values) {
      values.forEach(value -> add(name, value));
      return this;
    }

    public TypedParameters build() {
      return parameters.isEmpty() ? NONE : new TypedParameters(parameters);
    }
  }
}
