/// One revision of one authority's yearly declaration of official development assistance (CGCT art. L.1115-6).
///
/// Revisions are separate keys, so an export names revisions and can be made again byte for byte.
public struct Declaration: Codable, Equatable, Sendable {
  public var id: DeclarationID
  public var status: Status
  public var lines: [DeclarationLine]
  public var submittedAt: Instant
  public var by: String

  public enum Status: String, Codable, Sendable, CaseIterable {
    case submitted
    /// A later revision took its place.
    case superseded
  }

  public init(id: DeclarationID, status: Status, lines: [DeclarationLine], submittedAt: Instant, by: String) {
    self.id = id
    self.status = status
    self.lines = lines
    self.submittedAt = submittedAt
    self.by = by
  }
}

/// One line: country × channel × sector, and an amount of the authority's own funds.
public struct DeclarationLine: Codable, Equatable, Sendable {
  public var category: Category
  /// The recipient's DAC code, as a number in text (`269` Senegal, `998` developing countries unspecified).
  public var recipient: String
  /// The DAC channel code (`11002` donor local government, `22000` NGOs of the donor country …).
  public var channel: String
  /// The DAC purpose code, five digits.
  public var purpose: String
  /// The DAC type of aid (`C01`, `H02` …).
  public var typeOfAid: String
  public var amount: Money
  public var title: String
  public var description: String
  /// DAC policy markers, each 0, 1 or 2 (`gender`, `environment` …).
  public var markers: [String: Int]
  /// The Atlas sheet that it pays for.
  public var cooperation: CooperationID?

  public enum Category: String, Codable, Sendable, CaseIterable {
    case cooperation
    case onePercent = "one-percent"
    case ngo
    case multilateral
    case awareness
    case refugees
    case students
    case administration
  }

  public init(
    category: Category, recipient: String, channel: String, purpose: String, typeOfAid: String, amount: Money,
    title: String, description: String = "", markers: [String: Int] = [:], cooperation: CooperationID? = nil
  ) {
    self.category = category
    self.recipient = recipient
    self.channel = channel
    self.purpose = purpose
    self.typeOfAid = typeOfAid
    self.amount = amount
    self.title = title
    self.description = description
    self.markers = markers
    self.cooperation = cooperation
  }
}
