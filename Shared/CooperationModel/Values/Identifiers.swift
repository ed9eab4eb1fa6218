/// A partnership request: a lower-case UUID, derived from the command that created it.
public struct RequestID: Identifier {
  public let rawValue: String
  public static let form = "a lower-case UUID"
  public init?(rawValue: String) {
    guard isLowercaseUUID(rawValue) else { return nil }
    self.rawValue = rawValue
  }
}

/// A sheet of the Atlas: a lower-case UUID.
public struct CooperationID: Identifier {
  public let rawValue: String
  public static let form = "a lower-case UUID"
  public init?(rawValue: String) {
    guard isLowercaseUUID(rawValue) else { return nil }
    self.rawValue = rawValue
  }
}

/// A person or office that can be written to: a lower-case UUID. Says nothing of who it is.
public struct ContactID: Identifier {
  public let rawValue: String
  public static let form = "a lower-case UUID"
  public init?(rawValue: String) {
    guard isLowercaseUUID(rawValue) else { return nil }
    self.rawValue = rawValue
  }
}

/// One command: a UUIDv8 made of the caller, the route and the idempotency key.
public struct CommandID: Identifier {
  public let rawValue: String
  public static let form = "a lower-case UUID"
  public init?(rawValue: String) {
    guard isLowercaseUUID(rawValue) else { return nil }
    self.rawValue = rawValue
  }
}

/// One message to one contact: a UUIDv8 made of its cause (or period) and the contact.
public struct MessageID: Identifier {
  public let rawValue: String
  public static let form = "a lower-case UUID"
  public init?(rawValue: String) {
    guard isLowercaseUUID(rawValue) else { return nil }
    self.rawValue = rawValue
  }
}

/// A country or territory: ISO 3166-1 alpha-2, upper case (`NE`, `MG`). Kosovo is `XK`, as the European Union writes it.
public struct CountryCode: Identifier {
  public let rawValue: String
  public static let form = "an ISO 3166-1 alpha-2 code"
  public init?(rawValue: String) {
    let bytes = rawValue.utf8
    guard bytes.count == 2, bytes.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else { return nil }
    self.rawValue = rawValue
  }
}

/// A language: ISO 639-1, lower case (`fr`, `en`, `pt`).
public struct LanguageCode: Identifier {
  public let rawValue: String
  public static let form = "an ISO 639-1 code"
  public init?(rawValue: String) {
    let bytes = rawValue.utf8
    guard bytes.count == 2, bytes.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else { return nil }
    self.rawValue = rawValue
  }
}

/// What a French local authority is.
public enum CollectiviteKind: String, Codable, Sendable, CaseIterable, Comparable {
  case region, departement, epci, commune
  /// An overseas collectivity that is neither a région nor a département (art. 74 and New Caledonia), or a
  /// collectivity with special status.
  case collectivite

  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A French local authority: its kind and its INSEE code (an EPCI: its SIREN), as in `commune:35051` or `epci:243500139`.
public struct CollectiviteID: Identifier {
  public let rawValue: String
  public static let form = "a kind and an INSEE or SIREN code, as in commune:35051"
  public init?(rawValue: String) {
    let bytes = rawValue.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      CollectiviteKind(rawValue: String(rawValue[..<colon])) != nil
    else { return nil }
    let code = bytes[bytes.index(after: colon)...]
    guard (2...9).contains(code.count),
      code.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) })
    else { return nil }
    self.rawValue = rawValue
  }

  public var kind: CollectiviteKind {
    CollectiviteKind(rawValue: String(rawValue.prefix { $0 != ":" })) ?? .commune
  }

  /// The part behind the colon: an INSEE code, or an EPCI's SIREN.
  public var code: Substring { rawValue.drop { $0 != ":" }.dropFirst() }
}

/// A theme of the three-level taxonomy: slugs joined by `/`, as in `environnement/eau-dechets/eau-assainissement`.
public struct ThemeID: Identifier {
  public let rawValue: String
  public static let form = "a theme of one to three levels, as in environnement/eau-dechets/eau-assainissement"
  public init?(rawValue: String) {
    // Read by the million, so byte by byte.
    var (levels, length) = (1, 0)
    for byte in rawValue.utf8 {
      if byte == UInt8(ascii: "/") {
        guard length > 0 else { return nil }
        (levels, length) = (levels + 1, 0)
      } else {
        guard isSlug(byte) else { return nil }
        length += 1
      }
    }
    guard length > 0, levels <= 3 else { return nil }
    self.rawValue = rawValue
  }

  /// 1 for a domain, 2 for a field, 3 for a leaf.
  public var level: Int { rawValue.utf8.reduce(1) { $1 == UInt8(ascii: "/") ? $0 + 1 : $0 } }

  /// One level up; nil for a domain.
  public var parent: ThemeID? {
    guard let slash = rawValue.lastIndex(of: "/") else { return nil }
    return ThemeID(rawValue: String(rawValue[..<slash]))
  }
}

/// Whoever a contact belongs to and answers for: an authority, an embassy (`embassy:MG`), a préfecture
/// (`prefecture:35`) or the ministry (`ministry`).
///
/// Everything about a contact is partitioned by its owner, so one owner's records keep their order.
public struct OwnerID: Identifier {
  public let rawValue: String
  public static let form = "an authority (commune:35051), embassy:MG, prefecture:35 or ministry"

  public enum Kind: Equatable, Sendable {
    case collectivite(CollectiviteID)
    case embassy(CountryCode)
    case prefecture(String)
    case ministry
  }

  public let kind: Kind

  public init?(rawValue: String) {
    if rawValue == "ministry" {
      kind = .ministry
    } else if rawValue.hasPrefix("embassy:"), let country = CountryCode(rawValue: String(rawValue.dropFirst(8))) {
      kind = .embassy(country)
    } else if rawValue.hasPrefix("prefecture:"), (2...3).contains(rawValue.utf8.count - 11) {
      kind = .prefecture(String(rawValue.dropFirst(11)))
    } else if let collectivite = CollectiviteID(rawValue: rawValue) {
      kind = .collectivite(collectivite)
    } else {
      return nil
    }
    self.rawValue = rawValue
  }

  public init(_ collectivite: CollectiviteID) {
    rawValue = collectivite.rawValue
    kind = .collectivite(collectivite)
  }

  public static func embassy(_ country: CountryCode) -> OwnerID {
    OwnerID(kind: .embassy(country), rawValue: "embassy:\(country)")
  }

  public static let ministry = OwnerID(kind: .ministry, rawValue: "ministry")

  private init(kind: Kind, rawValue: String) {
    self.kind = kind
    self.rawValue = rawValue
  }

  public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  public var collectivite: CollectiviteID? {
    if case .collectivite(let id) = kind { id } else { nil }
  }
}

/// What one collectivité was offered of one request: `<request>~<collectivité>`.
public struct LeadID: Identifier {
  public let rawValue: String
  public let request: RequestID
  public let collectivite: CollectiviteID
  public static let form = "a request and an authority joined by a tilde"

  public init?(rawValue: String) {
    let parts = rawValue.split(separator: "~", omittingEmptySubsequences: false)
    guard parts.count == 2, let request = RequestID(rawValue: String(parts[0])),
      let collectivite = CollectiviteID(rawValue: String(parts[1]))
    else { return nil }
    self.rawValue = rawValue
    self.request = request
    self.collectivite = collectivite
  }

  public init(_ request: RequestID, _ collectivite: CollectiviteID) {
    rawValue = "\(request)~\(collectivite)"
    self.request = request
    self.collectivite = collectivite
  }

  // The text says it all; its parts need no look of their own.
  public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// One revision of one authority's declaration for one year: `<collectivité>/<year>/<revision>`.
public struct DeclarationID: Identifier {
  public let rawValue: String
  public let collectivite: CollectiviteID
  public let year: Int
  /// 1, 2, 3 …
  public let revision: Int
  public static let form = "an authority, a year and a revision joined by slashes, as in commune:35051/2025/1"

  public init?(rawValue: String) {
    let parts = rawValue.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let collectivite = CollectiviteID(rawValue: String(parts[0])), let year = Int(parts[1]),
      (1990...2200).contains(year), let revision = Int(parts[2]), revision > 0
    else { return nil }
    self.init(collectivite, year: year, revision: revision)
    guard self.rawValue == rawValue else { return nil }
  }

  public init(_ collectivite: CollectiviteID, year: Int, revision: Int) {
    rawValue = "\(collectivite)/\(year)/\(revision)"
    self.collectivite = collectivite
    self.year = year
    self.revision = revision
  }
}
