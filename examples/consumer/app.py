from aigogo.text_tools import summarise, word_count
from aigogo.text_tools.text_tools import excerpt

TEXT = "Slipway packs agents. It pushes agents to a registry. Rain fell."

if __name__ == "__main__":
    print(f"{word_count(TEXT)} words: {summarise(TEXT)}")
    print(excerpt(TEXT, length=30))
