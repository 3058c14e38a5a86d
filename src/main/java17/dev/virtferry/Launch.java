package dev.virtferry;

/** What the jar starts with. It is compiled for an older Java than all else, to say so there. */
public final class Launch {

  private static final int OLDEST = 25;

  private Launch() {}

  /** Hands over to the application, or says which Java it needs and ends with 1. */
  public static void main(String[] args) throws ReflectiveOperationException {
    int found = Runtime.version().feature();
    if (found < OLDEST) {
      System.err.println(
          "virt-ferry needs Java "
              + OLDEST
              + " or later, and "
              + System.getProperty("java.home")
              + " is Java "
              + found
              + ".");
      System.exit(1);
    }
    // By name: the class itself could not be read.
    Class.forName("dev.virtferry.VirtFerryApplication")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }
}
