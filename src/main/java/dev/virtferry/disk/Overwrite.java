package dev.virtferry.disk;

/** What a copy may be written over. What another domain names is never among it. */
public enum Overwrite {
  /** Empty images and the domain's own. */
  OWN,
  /** Every image of the same format and size, whatever it holds. */
  ANY,
  /** None: each image is made. */
  NEVER;

  /** The answer for one image. */
  enum Permission {
    GRANTED,
    /** It goes on, and nobody knows what is lost. */
    UNSEEN,
    REFUSED
  }

  Permission over(DestinationImage image) {
    return switch (image) {
      case ABSENT -> Permission.GRANTED;
      case EMPTY, OWN ->
          switch (this) {
            case OWN, ANY -> Permission.GRANTED;
            case NEVER -> Permission.REFUSED;
          };
      case FOREIGN ->
          switch (this) {
            case ANY -> Permission.GRANTED;
            case OWN, NEVER -> Permission.REFUSED;
          };
      case NAMED -> Permission.REFUSED;
      case UNKNOWN_CONTENT ->
          switch (this) {
            case OWN, ANY -> Permission.UNSEEN;
            case NEVER -> Permission.REFUSED;
          };
    };
  }
}
