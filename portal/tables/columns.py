"""What spreadsheets call their columns, in the languages of the portal, and what the portal calls them."""

from __future__ import annotations

# Letters and digits only, in lower case: "E-Mail-Adresse" is "emailadresse". English, German, French, Japanese.
_SAID = {
    "email": "email mail emailaddress mailaddress user login emailadresse mailadresse benutzer "
    "courriel adresseemail adressemail adresseélectronique utilisateur メール メールアドレス eメール ユーザー",
    "name": "name fullname displayname vollername anzeigename vorundnachname "
    "nom nomcomplet nometprénom prénometnom 名前 氏名 お名前 表示名",
    "first_name": "firstname givenname vorname prénom 名",
    "last_name": "lastname surname familyname nachname familienname nomdefamille 姓 苗字",
    "department": "department team group abteilung bereich gruppe service département équipe groupe "
    "部門 部署 グループ",
    "seats": "seats quantity licenses plätze anzahl lizenzen arbeitsplätze postes quantité licences "
    "シート 数量 ライセンス",
    "role": "role rolle rôle 役割 権限",
    "language": "language sprache langue 言語",
    "external_id": "personnelnumber employeenumber employeeid staffnumber personalnummer personalnr mitarbeiternummer "
    "matricule numéromatricule numérodemployé 社員番号 従業員番号",
}
COLUMNS = {word: name for name, words in _SAID.items() for word in words.split()}
