/// What the registry knows of a French local authority.
public struct Collectivite: Hashable, Sendable {
  public let id: CollectiviteID
  public let kind: CollectiviteKind
  /// The INSEE code; of an EPCI the SIREN.
  public let code: String
  /// Nine digits; nil where the official files name none.
  public let siren: String?
  public let name: String
  /// The département it lies in, or the authority that has its powers: Paris for Paris. Nil for a région.
  public let departement: CollectiviteID?
  /// Of a région itself.
  public let region: CollectiviteID?
  /// The grouping that a commune is a member of.
  public let epci: CollectiviteID?
  /// Nil where it is not published.
  public let population: Int?
  /// In degrees; nil, as the latitude, where the official files have none.
  public let longitude: Double?
  public let latitude: Double?
  public let geography: Geography
}

/// Facts of place that a request may ask for. They hold for the whole département, or for a région's départements
/// together.
public struct Geography: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let overseas = Geography(rawValue: 1)
  /// The département lies on the sea.
  public static let coast = Geography(rawValue: 2)
  /// The département has a land border with another country.
  public static let border = Geography(rawValue: 4)
  /// The département lies in a massif, wholly or in part.
  public static let mountain = Geography(rawValue: 8)
}

/// A kind of place that a request may wish its partner to lie in.
public enum PlaceKind: String, Codable, Sendable, CaseIterable {
  case coast, mountain, overseas, border

  /// What it asks of the registry.
  public var geography: Geography {
    switch self {
    case .coast: .coast
    case .mountain: .mountain
    case .overseas: .overseas
    case .border: .border
    }
  }
}

/// An authority that is no more, and the one that took its place.
public struct Succession: Hashable, Sendable {
  public let former: CollectiviteID
  /// Its last name.
  public let name: String
  /// The first day without it; nil where unknown, as of an arrondissement, which never was an authority.
  public let endedOn: Day?
  /// An authority of today.
  public let successor: CollectiviteID
}
