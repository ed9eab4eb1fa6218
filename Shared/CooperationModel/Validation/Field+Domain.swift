/// The fields that only reference data can judge, and those with rules of their own.

extension Field where Value == CountryCode {
  /// A country or territory that exists.
  public static func country(_ reference: ReferenceData) -> Field {
    parsed(
      { text in CountryCode(text).flatMap { reference.countries.contains($0) ? $0 : nil } },
      else: {
        .invalid(
          $0, "unknown-country", $1, fr: "pays inconnu, utilisez un code ISO 3166-1 alpha-2 en capitales, comme NE",
          en: "unknown country, use an ISO 3166-1 alpha-2 code in capitals, as in NE")
      })
  }
}

extension Field where Value == ThemeID {
  /// A theme of the taxonomy, of any of its three levels.
  public static func theme(_ reference: ReferenceData) -> Field {
    parsed(
      { text in ThemeID(text).flatMap { reference.themes.contains($0) ? $0 : nil } },
      else: {
        .invalid(
          $0, "unknown-theme", $1,
          fr: "thème inconnu, prenez un identifiant de la liste, comme environnement/eau-dechets/eau-assainissement",
          en: "unknown theme, take an id of the list, as in environnement/eau-dechets/eau-assainissement")
      })
  }
}

extension Field where Value == CollectiviteID {
  /// A French local authority; an old code gives the authority that succeeded it.
  public static func collectivite(_ reference: ReferenceData) -> Field {
    parsed(
      { text in CollectiviteID(text).flatMap { reference.registry.current(of: $0) } },
      else: {
        .invalid(
          $0, "unknown-authority", $1,
          fr: "collectivité inconnue, écrivez sa nature et son code INSEE (EPCI\u{202F}: SIREN), comme commune:35051",
          en: "unknown authority, write its kind and INSEE code (an EPCI: its SIREN), as in commune:35051")
      })
  }

  /// A région or a département.
  public static func territory(_ reference: ReferenceData) -> Field {
    parsed(
      { text in
        CollectiviteID(text).flatMap { reference.registry.current(of: $0) }.flatMap {
          $0.kind == .region || $0.kind == .departement ? $0 : nil
        }
      },
      else: {
        .invalid(
          $0, "unknown-territory", $1, fr: "écrivez une région ou un département, comme region:53 ou departement:35",
          en: "write a région or a département, as in region:53 or departement:35")
      })
  }
}

extension Field where Value == PlaceKind {
  /// A kind of place; the message says in French what each of the English words means.
  public static var placeKind: Field {
    parsed(
      PlaceKind.init(rawValue:),
      else: {
        .invalid(
          $0, "unknown-value", $1,
          fr: "choisissez parmi "
            + PlaceKind.allCases.map { "\($0.rawValue) (\($0.noun(.french)))" }.joined(separator: ", "),
          en: "choose one of " + PlaceKind.allCases.map(\.rawValue).joined(separator: ", "))
      })
  }
}

extension Field where Value == [CollectiviteID] {
  /// Authorities, each once: two old codes of one authority count as one.
  public static func collectivites(
    _ reference: ReferenceData, atLeast minimum: Int = 0, atMost maximum: Int
  ) -> Field {
    let list = Field.list(of: .collectivite(reference), atLeast: minimum, atMost: maximum)
    return Field { json, pointer, violations in
      guard let ids = list.read(json, pointer, &violations) else { return nil }
      var seen: Set<CollectiviteID> = []
      return ids.filter { seen.insert($0).inserted }
    }
  }
}

extension Field where Value == OwnerID {
  /// Whoever a contact belongs to: an authority of today, an existing country's embassy, a préfecture or the ministry.
  public static func owner(_ reference: ReferenceData) -> Field {
    parsed(
      { text in
        guard let owner = OwnerID(text) else { return nil }
        switch owner.kind {
        case .collectivite(let id): return reference.registry.current(of: id).map { OwnerID($0) }
        case .embassy(let country): return reference.countries.contains(country) ? owner : nil
        case .prefecture(let territory):
          return CollectiviteID("departement:\(territory)").flatMap { reference.registry.current(of: $0) } == nil
            ? nil : owner
        case .ministry: return owner
        }
      },
      else: {
        .invalid(
          $0, "unknown-owner", $1,
          fr: "écrivez une collectivité (commune:35051), embassy:MG, prefecture:35 ou ministry",
          en: "write an authority (commune:35051), embassy:MG, prefecture:35 or ministry")
      })
  }
}

extension Field where Value == LanguageCode {
  /// A language of ISO 639-1.
  public static var language: Field {
    parsed(
      { text in LanguageCode(text).flatMap { $0.isAssigned ? $0 : nil } },
      else: {
        .invalid(
          $0, "unknown-language", $1, fr: "langue inconnue, utilisez un code ISO 639-1 en minuscules, comme fr",
          en: "unknown language, use an ISO 639-1 code in small letters, as in fr")
      })
  }
}

extension Field where Value: Identifier {
  /// An identifier of the right form; whether it names something is for others to say.
  public static func id(_ type: Value.Type) -> Field {
    parsed(
      { Value(rawValue: $0) },
      else: {
        .invalid($0, "invalid-id", $1, fr: "écrivez l’identifiant tel que vous l’avez reçu", en: "write \(Value.form)")
      })
  }
}

extension Field where Value == EmailAddress {
  /// An address that mail can be sent to.
  public static var email: Field {
    Field { json, pointer, violations in
      guard let text = textValue(json, pointer, &violations) else { return nil }
      do throws(EmailAddress.Fault) {
        return try EmailAddress(checking: text)
      } catch {
        violations.append(
          .invalid(pointer, "invalid-email", text, fr: error.message.fr, en: error.message.en))
        return nil
      }
    }
  }
}
